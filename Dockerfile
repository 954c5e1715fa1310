# Builds an image of `backsight` with the page in it. `backsight` runs git; clone URLs also need ssh
# and certificates. To write a version into the image: docker build --build-arg VERSION=0.1.0 .
FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
COPY api/schema.graphql ../api/schema.graphql
RUN npm run build

FROM golang:1.26-bookworm AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist ./web/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$VERSION" -o backsight ./cmd/backsight

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/backsight backsight
COPY --from=build /src/backsight /usr/local/bin/backsight
USER backsight
ENTRYPOINT ["backsight"]
