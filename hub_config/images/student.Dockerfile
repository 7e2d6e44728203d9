# A student's server: the course's package with what a notebook needs, JupyterLab, nbgrader's student tools with our
# exchange. Nothing of the graders' side is in it, in no layer.
#
#     docker build --file hub_config/images/student.Dockerfile --tag registry.example.org/course/student:1.0 .

FROM python:3.11-slim-bookworm AS config
WORKDIR /srv/course
COPY course/__init__.py course/files.py course/
COPY hub_config/__init__.py hub_config/
COPY hub_config/local/__init__.py hub_config/local/servers.py hub_config/local/start.js hub_config/local/
RUN python -c "from pathlib import Path; from hub_config.local.servers import write_config; \
        write_config(Path('/etc/course/student'), 'student')" \
    && chmod -R a+rX /etc/course

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 jovyan
WORKDIR /opt/course
COPY constraints.txt ./
# The JupyterHub of the chart: people's servers have the hub's own.
ARG JUPYTERHUB=5.5.0
RUN sed -i "s/^jupyterhub==.*/jupyterhub==${JUPYTERHUB}/" constraints.txt
# The index to take torch from, for another build of it than the one of pip's own: for CPUs only, or another CUDA.
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir --no-deps --constraint constraints.txt \
        ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0
COPY LICENSE README.md pyproject.toml ./
COPY course/ course/
RUN pip install --no-cache-dir --constraint constraints.txt setuptools \
    && pip install --no-cache-dir --constraint constraints.txt --no-build-isolation '.[deep,lab]'
COPY --from=config /etc/course/ /etc/course/
ENV JUPYTER_CONFIG_PATH=/etc/course/student
WORKDIR /home/jovyan
USER 1000
CMD ["jupyterhub-singleuser", "--ip=0.0.0.0"]
