# syntax=docker/dockerfile:1
# The emulator as an image: docker run -p 4566:4566 -v "$PWD:/var/task" IMAGE
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY emulator ./emulator
COPY sample_tasks ./sample_tasks
RUN python -m venv /opt/emulator && /opt/emulator/bin/pip install --no-cache-dir ".[reload]"

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="aws-task-emulator" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --create-home --uid 10001 emulator
COPY --from=build /opt/emulator /opt/emulator
ENV PATH=/opt/emulator/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EMULATOR_HOST=0.0.0.0 \
    EMULATOR_PORT=4566
USER emulator
WORKDIR /var/task
EXPOSE 4566
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['EMULATOR_PORT'] + '/_emulator/health', timeout=2)"]
ENTRYPOINT ["emulator"]
CMD ["up"]
