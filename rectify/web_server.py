"""How gunicorn serves the site: `gunicorn --config python:rectify.web_server rectify.wsgi`."""

import gunicorn

# The answer does not say which server made it.
gunicorn.SERVER = ""

worker_class = "gthread"
workers = 2
threads = 4
control_socket_disable = True
# Django alone decides whose forwarding headers count (TRUSTED_PROXIES), the scheme included.
forwarded_allow_ips = ""
# The path without what was searched for, and no referrer: words of people stay out of the log.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s'
