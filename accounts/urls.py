"""Addresses of sign-in, profile, keys, invitations and organizations."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import (
    invitations,
    keys,
    members,
    organizations,
    profile,
    service_accounts,
    setup,
    signing_in,
    teams,
)

own = [
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/keys/", keys.keys, name="keys"),
    path("profile/keys/<int:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("profile/pictures/<int:user_id>/<slug:name>/", profile.avatar, name="avatar"),
    path("preferences/", profile.preferences, name="preferences"),
    path("authorize", keys.authorize, name="authorize"),
]
house = [
    path("", organizations.overview, name="overview"),
    path("settings/", organizations.settings, name="settings"),
    path("members/", members.members, name="members"),
    path("members/deactivated/", members.deactivated, name="deactivated"),
    path("members/<str:username>/role/", members.set_role, name="set_role"),
    path("members/<str:username>/deactivate/", members.deactivate, name="deactivate"),
    path("members/<str:username>/reactivate/", members.reactivate, name="reactivate"),
    path("members/<str:username>/remove/", members.remove, name="remove"),
    path("new-account/", members.new_account, name="new_account"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<str:team>/", teams.team, name="team"),
    path("teams/<str:team>/members/", teams.set_member, name="set_team_member"),
    path("teams/<str:team>/members/<str:username>/remove/", teams.remove_member, name="remove_team_member"),
    path("teams/<str:team>/settings/", teams.settings, name="team_settings"),
    path("teams/<str:team>/delete/", teams.delete, name="delete_team"),
    path("service-accounts/", service_accounts.service_accounts, name="service_accounts"),
    path("service-accounts/<int:account_id>/", service_accounts.service_account, name="service_account"),
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
    path("", include((own, "accounts"))),
    path("orgs/<str:organization>/", include((house, "organizations"))),
]
