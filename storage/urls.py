"""Signed addresses of bytes."""

from django.urls import path

from storage import views

app_name = "storage"
urlpatterns = [path("storage/<str:ticket>/<str:name>", views.signed_object, name="object")]
