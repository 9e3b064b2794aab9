# Rectify: one image for web, worker and schedule. Secrets come at run time, none is built in.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
    DJANGO_SETTINGS_MODULE=rectify.settings.prod \
    VAR_DIR=/data FONT_DIR=/usr/share/rectify/fonts

WORKDIR /app

# What pip cannot bring: the libraries that set the PDF, and the programs that back up PostgreSQL
# (they must not be older than the server: keep in step with docker-compose.yml).
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

# Fonts and requirements change rarely: they come before the code, so that their layers are kept.
COPY rectify/__init__.py rectify/
COPY rectify/machine/ rectify/machine/
RUN apt-get update \
    && python -m rectify.machine.fonts \
    && rm -rf /var/lib/apt/lists/* /app/var

COPY requirements/base.txt requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements/base.txt

COPY . .
# A key for this one command only: the image must not start without a real one. The static files
# made here are tried out, and made again in the data volume when web starts.
RUN python -m compileall -q rectify issues measures reports \
    && SECRET_KEY=build-time-only-build-time-only-build-time-only VAR_DIR=/tmp/build \
        python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 --home-dir /data --no-create-home rectify \
    && install -d -o rectify -g rectify -m 0750 /data

USER rectify
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 \
    CMD ["python", "-m", "rectify.machine.health", "web"]

CMD ["sh", "-c", "python manage.py migrate --noinput && python manage.py first_run && python manage.py collectstatic --noinput --verbosity 0 && exec gunicorn rectify.wsgi:application --config python:rectify.web_server --bind 0.0.0.0:8000 --graceful-timeout 20 --worker-tmp-dir /dev/shm --access-logfile -"]
