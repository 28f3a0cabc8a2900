"""The URL map: fixed nouns first, names chosen by people last."""

from django.conf import settings
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import URLPattern, URLResolver, include, path

from operations import health

handler400 = "common.middleware.bad_request"
handler429 = "accounts.limits.too_many_requests"  # allauth's
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("ready", health.ready, name="ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("storage.urls")),
    path("", include("sdk_api.urls")),
    path("api/v1/", include("rest_api.urls")),
    path("", include("guide.urls")),
    path("", include("accounts.urls")),
    path("", include("registries.urls")),
    path("", include("artifacts.urls")),
    path("", include("projects.urls")),  # last: it takes /<entity>/…
]
if settings.DEBUG:
    urlpatterns[:0] = staticfiles_urlpatterns()
