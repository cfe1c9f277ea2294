# A static binary in an image with nothing else: no shell, no libraries, no root.
FROM rust:1.95-alpine3.22 AS build
# libsodium is built from its source, which needs a C compiler and make; ring needs the same compiler.
# hadolint ignore=DL3018
RUN apk add --no-cache ca-certificates gcc make musl-dev
WORKDIR /source
COPY . .
RUN cargo build --release --locked --bin esc-sync \
 && mkdir -p /image/etc/ssl/certs /image/state /image/tmp \
 && cp target/release/esc-sync /image/esc-sync \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
COPY --from=build --chown=65532:65532 /image/ /
USER 65532:65532
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    XDG_STATE_HOME=/state \
    ESC_SYNC_MAPPING=/config/esc-sync.yaml
VOLUME /state
EXPOSE 8750
ENTRYPOINT ["/esc-sync"]
CMD ["serve", "--listen", "0.0.0.0:8750", "--log", "json"]
