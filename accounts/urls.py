"""Addresses of sign-in, profile and keys."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import keys, profile

own = [
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/keys/", keys.keys, name="keys"),
    path("profile/keys/<int:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("profile/pictures/<int:user_id>/<slug:name>/", profile.avatar, name="avatar"),
    path("preferences/", profile.preferences, name="preferences"),
    path("authorize", keys.authorize, name="authorize"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("", include((own, "accounts"))),
]
