# syntax=docker/dockerfile:1
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY requirements.txt requirements-build.txt ./
RUN python -m venv --without-pip /opt/urgentry \
    && pip --python /opt/urgentry/bin/python install --no-cache-dir --no-compile --require-hashes \
        --requirement requirements.txt \
    && pip install --no-cache-dir --require-hashes --requirement requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY urgentry urgentry
COPY migrations migrations
RUN python -m hatchling build --target wheel \
    && pip --python /opt/urgentry/bin/python install --no-cache-dir --no-compile --no-deps \
        --no-index dist/*.whl \
    && /opt/urgentry/bin/python -m compileall -q -j 0 /opt/urgentry/lib

FROM python:${PYTHON}-slim
# Nothing here installs packages any more, so what could is not shipped.
RUN pip uninstall --yes --quiet pip setuptools wheel \
    && rm -rf /usr/local/lib/python3.*/ensurepip \
    && groupadd --gid 10001 urgentry \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin urgentry \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/urgentry
COPY --from=build /opt/urgentry /opt/urgentry
# Bytecode is compiled already, so the root file system may be read-only: all writing goes to
# the volume and to /tmp.
ENV PATH=/opt/urgentry/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=1 \
    URGENTRY_DATA_DIR=/var/lib/urgentry \
    URGENTRY_LOG_FORMAT=json
WORKDIR /var/lib/urgentry
USER 10001:10001
VOLUME /var/lib/urgentry
EXPOSE 8000 4318 4317
STOPSIGNAL SIGTERM
ENTRYPOINT ["urgentry"]
CMD ["serve"]
