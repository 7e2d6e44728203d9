# The hub of a cluster, and its exchange: the chart's own image, which has JupyterHub, KubeSpawner and the ways to log in,
# with hub_config. No torch, no course content; of the engine only what hub_config imports.
#
#     docker build --file hub_config/images/hub.Dockerfile --tag registry.example.org/course/hub:1.0 .

# The chart's version, as in cluster.toml: its configuration counts on what is in here.
FROM quay.io/jupyterhub/k8s-hub:4.4.0
USER 0
WORKDIR /srv/course
COPY constraints.txt ./
# What the exchange's storage needs, such as s3fs.
ARG PACKAGES=""
# What the chart's image has stays as it is, SQLAlchemy above all; only for what is new our versions count.
RUN pip list --format=freeze > chart.txt \
    && sed 's/==.*//; s/[-_.]\{1,\}/[-_.]/g; s/.*/^&==/' chart.txt > there.txt \
    && grep --ignore-case --invert-match --file=there.txt constraints.txt > new.txt \
    && pip install --no-cache-dir --constraint chart.txt --constraint new.txt \
        fsspec numpy platformdirs 'psycopg[binary]' pydantic pydantic-settings pyyaml requests sqlalchemy ${PACKAGES} \
    && pip check
COPY course/ course/
COPY autograder/__init__.py autograder/
COPY autograder/engine/ autograder/engine/
COPY hub_config/ hub_config/
ENV PYTHONPATH=/srv/course
WORKDIR /srv/jupyterhub
USER 1000
CMD ["jupyterhub", "--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py"]
