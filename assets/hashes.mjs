// What static/js/md5.js needs: browsers have no MD5 of their own.
export { md5 } from "@noble/hashes/legacy.js";
