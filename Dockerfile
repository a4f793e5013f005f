# The product with its locked packages, run as a user without rights. Build: docker build -t identity-spine .
FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/spine
COPY requirements/run.txt requirements/run.txt
RUN /opt/spine/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY graphql graphql
COPY loaders loaders
COPY seed seed
COPY spine spine
RUN /opt/spine/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --home-dir /data spine
COPY --from=build /opt/spine /opt/spine
ENV PATH=/opt/spine/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["spine"]
CMD ["--help"]
