"""Addresses of sign-in, profile, keys, invitations and organizations."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as second_factor_views
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.data import with_data
from accounts.views import (
    invitations,
    keys,
    members,
    organizations,
    profile,
    security,
    service_accounts,
    setup,
    signing_in,
    storage,
    teams,
)

own = [
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/keys/", keys.keys, name="keys"),
    path("profile/keys/<int:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("profile/pictures/<int:user_id>/<slug:name>/", profile.avatar, name="avatar"),
    path("profile/security/sessions/<int:session_id>/end/", security.end_session, name="end_session"),
    path("profile/security/sessions/end/", security.end_other_sessions, name="end_other_sessions"),
    path("preferences/", profile.preferences, name="preferences"),
    path("authorize", keys.authorize, name="authorize"),
]
# By the names that allauth goes to; each asks for password or code again, unless that was done within five minutes.
second_factor = [
    path("profile/security/", security.security, name="mfa_index"),
    path("profile/security/app/", security.Activate.as_view(), name="mfa_activate_totp"),
    path("profile/security/app/remove/", security.Deactivate.as_view(), name="mfa_deactivate_totp"),
    path("profile/security/codes/", security.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("profile/security/codes/new/", security.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("accounts/code/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("accounts/code/again/", security.AgainByCode.as_view(), name="mfa_reauthenticate"),
    path("accounts/password/again/", security.Again.as_view(), name="account_reauthenticate"),
]
house = [
    path("", organizations.overview, name="overview"),
    *with_data("settings/", organizations.settings, "settings"),
    path("members.csv", members.members_csv, name="members_csv"),
    *with_data("members/", members.members, "members"),
    *with_data("members/deactivated/", members.deactivated, "deactivated"),
    path("members/<str:username>/role/", members.set_role, name="set_role"),
    path("members/<str:username>/deactivate/", members.deactivate, name="deactivate"),
    path("members/<str:username>/reactivate/", members.reactivate, name="reactivate"),
    path("members/<str:username>/remove/", members.remove, name="remove"),
    path("new-account/", members.new_account, name="new_account"),
    *with_data("invitations/", invitations.invitations, "invitations"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke_invitation"),
    *with_data("teams/", teams.teams, "teams"),
    *with_data("teams/<str:team>/", teams.team, "team"),
    path("teams/<str:team>/members/", teams.set_member, name="set_team_member"),
    path("teams/<str:team>/members/<str:username>/remove/", teams.remove_member, name="remove_team_member"),
    path("teams/<str:team>/settings/", teams.settings, name="team_settings"),
    path("teams/<str:team>/lifetimes/", teams.lifetimes, name="team_lifetimes"),
    path("teams/<str:team>/delete/", teams.delete, name="delete_team"),
    *with_data("storage/", storage.storage, "storage"),
    *with_data("service-accounts/", service_accounts.service_accounts, "service_accounts"),
    *with_data("service-accounts/<int:account_id>/", service_accounts.service_account, "service_account"),
    path("service-accounts/<int:account_id>/delete/", service_accounts.delete, name="delete_service_account"),
    path(
        "service-accounts/<int:account_id>/keys/<int:key_id>/revoke/",
        service_accounts.revoke_key,
        name="revoke_service_key",
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", signing_in.SignIn.as_view(), name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/signup/", allauth_views.signup, name="account_signup"),  # says that it is closed; mails lead there
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("accounts/password/reset/", signing_in.ask_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/complete/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "accounts/password/reset/<str:uidb36>/<str:key>/",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("setup/", setup.setup, name="setup"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    *second_factor,
    path("", include((own, "accounts"))),
    path("orgs/<str:organization>/", include((house, "organizations"))),
    with_data("orgs/<str:organization>/", organizations.overview, "organization")[1],  # the page itself is in `house`
]
if settings.OIDC:
    from allauth.socialaccount import views as sign_on_views
    from allauth.socialaccount.providers.openid_connect import views as provider_views

    urlpatterns += [
        path("accounts/sign-on/cancelled/", sign_on_views.login_cancelled, name="socialaccount_login_cancelled"),
        path("accounts/sign-on/<str:provider_id>/", provider_views.login, name="openid_connect_login"),
        path("accounts/sign-on/<str:provider_id>/callback/", provider_views.callback, name="openid_connect_callback"),
    ]
