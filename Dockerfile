# docker build -t recx:0.1.0 .
# docker run --rm --init recx:0.1.0 demo

# Builds and packs the program.
FROM node:24-bookworm-slim AS build
ENV NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false
WORKDIR /source
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm pack --pack-destination /tmp && mv /tmp/recx-*.tgz /tmp/recx.tgz

# Node.js and the installed package only.
FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="recx" \
      org.opencontainers.image.description="Read-only command-line explorer for call and room recordings" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /tmp/recx.tgz /tmp/recx.tgz
RUN npm install --global --no-audit --no-fund --no-update-notifier /tmp/recx.tgz \
    && rm -rf /tmp/recx.tgz /root/.npm \
    && mkdir /recordings \
    && chown node:node /recordings
# The user "node" of the base image, 1000:1000. With a mounted folder use -u "$(id -u):$(id -g)".
USER node
WORKDIR /recordings
ENTRYPOINT ["recx"]
CMD ["--help"]
