"""Django's settings: one file, fed by the typed environment (docs/deploy.md lists every variable)."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from registry_project import __version__
from registry_project.environment import make_private, read

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = read()
make_private(ENV.data)
VERSION = __version__

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = ENV.allowed_hosts
ROOT_URLCONF = "registry_project.urls"
WSGI_APPLICATION = "registry_project.wsgi.application"
AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "guardian",
    "lucide",
    "template_partials",
    "common",
    "events",
    "storage",
    "access",
    "accounts",
    "projects",
    "artifacts",
    "registries",
    "sdk_api",
    "rest_api",
    "operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.SeenMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "registries.switch.RegistryPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.DomainErrorMiddleware",
    "registries.former_names.FormerNameMiddleware",  # after it, so that it is asked first
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "common.templatetags.vitrine"],
        },
    }
]

# -- Database and caches ---------------------------------------------------------------------------------------------

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;PRAGMA foreign_keys=ON;"
    "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-8000;"
)
DATABASES = {"default": environ.Env.db_url_config(ENV.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Each thread keeps its connection with its pages: opening one takes as long as several queries.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    # IMMEDIATE: a writer waits for its turn at BEGIN, where the busy timeout holds, instead of failing on upgrade.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": SQLITE_PRAGMAS,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 10, "timeout": 20}}

# All processes share it; a migration of accounts makes the table.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # of this process alone
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
STORAGE_URL = ENV.storage_url
BASE_URL = ENV.base_url
SIGNED_URL_SECONDS = ENV.signed_url_seconds
RESTORE_DAYS = ENV.restore_days
REGISTRY_UI = ENV.registry_ui
MAX_UPLOAD_BYTES = ENV.max_upload_bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 2**20  # the SDK sends history in requests of up to 10 MiB

# -- Who one is -------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",  # by user name or e-mail address
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody is granted anything without an account
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"  # sign-up is closed
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reauthenticate": "accounts.second_factor.PasswordAgainForm",
    "reset_password": "accounts.forms.ResetForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENV.https else 0  # whose X-Forwarded-For names the visitor
ACCOUNT_RATE_LIMITS = {
    "login": None,  # lockout is axes' alone, and the adapter leaves it so
    "login_failed": "5/5m/key",  # codes of the second factor, whose key is the account
    "reset_password": "20/m/ip,5/m/key",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.https else "http"
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor.CodeForm",
    "reauthenticate": "accounts.second_factor.CodeAgainForm",
    "activate_totp": "accounts.second_factor.FirstCodeForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Vitrine"
MFA_TOTP_TOLERANCE = 1  # a code counts for 30 seconds more, for slow hands and clocks
OIDC = ENV.oidc
if OIDC:
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "accounts.sign_on_adapter.SignOnAdapter"
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead to another server (CSP), a link may
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "SCOPE": OIDC.scopes,
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": OIDC.name,
                    "client_id": OIDC.client_id,
                    "secret": OIDC.client_secret,
                    "settings": {"server_url": OIDC.issuer},
                }
            ],
        }
    }
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/registry/"
LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "accounts.lockout.lockout_name"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the pause ends when the page says so
AXES_DISABLE_ACCESS_LOG = True

# -- Mail: without an address nothing is sent, and pages offer nothing that would ----------------------------------------

SENDS_MAIL = bool(ENV.email_url)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if SENDS_MAIL:
    vars().update(environ.Env.email_url_config(ENV.email_url))
DEFAULT_FROM_EMAIL = ENV.email_from
EMAIL_TIMEOUT = 10  # seconds
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# -- Languages ----------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = ENV.language
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = ENV.time_zone
USE_TZ = True

# -- Static files and the browser's rules --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = ENV.data / "media"  # pictures of people
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "common.static.Storage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENV.https
SECURE_SSL_REDIRECT = ENV.https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^ready$"]  # probes come without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
CSRF_TRUSTED_ORIGINS = [ENV.base_url] if urlsplit(ENV.base_url).hostname else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FILE_UPLOAD_HANDLERS = [
    "common.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# -- Logs -----------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "secrets": {"()": "common.logs.HideSecrets"},
        "cut": {"()": "common.logs.CutBodiesInOneLine"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets", "cut"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
