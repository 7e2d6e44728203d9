# The hub of a cluster, and its exchange: JupyterHub with KubeSpawner, the ways to log in, hub_config. No torch, no course
# content; of the engine only what hub_config imports.
#
#     docker build --file hub_config/images/hub.Dockerfile --tag registry.example.org/course/hub:1.0 .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 --home-dir /srv/jupyterhub jovyan
WORKDIR /srv/course
COPY constraints.txt ./
# What the exchange's storage needs, such as s3fs.
ARG PACKAGES=""
RUN pip install --no-cache-dir --constraint constraints.txt \
        configurable-http-proxy fsspec jupyterhub jupyterhub-idle-culler jupyterhub-kubespawner \
        jupyterhub-ltiauthenticator numpy oauthenticator platformdirs 'psycopg[binary]' pydantic pyyaml requests \
        sqlalchemy ${PACKAGES}
COPY course/ course/
COPY autograder/__init__.py autograder/api.py autograder/
COPY autograder/engine/ autograder/engine/
COPY hub_config/ hub_config/
ENV PYTHONPATH=/srv/course
WORKDIR /srv/jupyterhub
USER 1000
CMD ["jupyterhub", "--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py"]
