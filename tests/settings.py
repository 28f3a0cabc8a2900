"""The settings of the suite: production's rules, over a private folder for each test process.

Only what would make tests slow is different: password hashing, and the manifest of static files.
"""

import os
import tempfile
from pathlib import Path

TEST_DATA = Path(tempfile.mkdtemp(prefix="vitrine-tests-"))

for name in [name for name in os.environ if name.startswith("VITRINE_")]:
    del os.environ[name]  # the suite means the same on every machine
os.environ |= {
    "VITRINE_DATA": str(TEST_DATA),
    "VITRINE_SECRET_KEY": "only-for-tests-R8m2vK0qXw5tZb7yNc3dLf6hJg9sPa1u",
    "VITRINE_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright keeps an event loop in the test's thread
}

from registry_project.settings import *  # noqa: E402, F403
from registry_project.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = TEST_DATA / "static"
STATIC_ROOT.mkdir()
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": TEST_DATA / "test.sqlite3"}  # a file: threads and processes share it
