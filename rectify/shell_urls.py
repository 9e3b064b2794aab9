"""Addresses of the pages that belong to the shell itself: messages and help."""

from django.urls import path

from rectify.help import help_index, help_life, help_role
from rectify.inbox import message_list, message_open, messages_read

urlpatterns = [
    path("messages/", message_list, name="messages"),
    path("messages/read/", messages_read, name="messages_read"),
    path("messages/<uuid:delivery>/open/", message_open, name="message_open"),
    path("help/", help_index, name="help"),
    path("help/life/", help_life, name="help_life"),
    path("help/<slug:role>/", help_role, name="help_role"),
]
