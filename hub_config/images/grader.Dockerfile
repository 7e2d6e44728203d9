# A grader's server: the whole course with its solutions and checks, our engine, formgrader. Keep it from students: who
# may fetch the image may read them.
#
#     docker build --file hub_config/images/grader.Dockerfile --tag registry.example.org/course/grader:1.0 .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 jovyan && install --directory --owner jovyan /srv/build
WORKDIR /srv/course
COPY constraints.txt ./
# The JupyterHub of the chart: people's servers have the hub's own.
ARG JUPYTERHUB=5.5.0
RUN sed -i "s/^jupyterhub==.*/jupyterhub==${JUPYTERHUB}/" constraints.txt
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir --no-deps --constraint constraints.txt \
        ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0
COPY LICENSE README.md pyproject.toml nbgrader_config.py ./
COPY course/ course/
RUN pip install --no-cache-dir --constraint constraints.txt setuptools \
    && pip install --no-cache-dir --constraint constraints.txt --no-build-isolation --editable '.[instructor,deep,lab,cluster]'
COPY autograder/ autograder/
COPY hub_config/ hub_config/
COPY solutions/ solutions/
COPY source/ source/
RUN python -c "from pathlib import Path; from hub_config.local.servers import write_config; \
        write_config(Path('/etc/course/grader'), 'grader', root=Path('/srv/course'))" \
    && chmod -R a+rX /etc/course \
    && jupyter kernelspec install --log-level=ERROR --sys-prefix autograder/engine/warm/kernels/course-warm
ENV COURSE_ROOT=/srv/course COURSE_BUILD=/srv/build JUPYTER_CONFIG_PATH=/etc/course/grader PYTHONPATH=/srv/course
WORKDIR /home/jovyan
USER 1000
CMD ["jupyterhub-singleuser", "--ip=0.0.0.0"]
