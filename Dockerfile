# Two stages: the first builds from the lock files with hashes, the second holds what runs and nothing else.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /build && python -m venv --without-pip /opt/tinbao
COPY requirements.lock requirements-build.lock ./
RUN /build/bin/pip --python /opt/tinbao/bin/python install --require-hashes -r requirements.lock
RUN /build/bin/pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY tips tips
COPY reports reports
COPY routing routing
COPY words words
COPY storage storage
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /build/bin/pip --python /opt/tinbao/bin/python install --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim
# The keys, evidence and, without PostgreSQL, the database: the one place that is written.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tinbao \
    && install --directory --owner tinbao --mode 0700 /data
COPY --from=build /opt/tinbao /opt/tinbao
ENV PATH=/opt/tinbao/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    TINBAO_DATA_DIR=/data \
    TINBAO_HTTP_HOST=0.0.0.0 \
    TINBAO_HTTP_PORT=8080 \
    TINBAO_LOG_FORMAT=json
WORKDIR /data
USER tinbao
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["tinbao"]
CMD ["run"]
