# The versions that the tests ran on. All images are of one distribution: native code is linked against its C library.
FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./build publish \
    && dotnet publish dashboards/Telemetry.Cli -c Release -o /app \
    && dotnet publish tests/Demo -c Release -o /demo
RUN mkdir /data

# A server that logs and crashes, under the native shipper.
FROM mcr.microsoft.com/dotnet/runtime:10.0.12-noble AS demo
COPY --from=build /src/artifacts/publish/telemetry-shipper /app/
COPY --from=build /demo /demo
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
ENTRYPOINT ["/app/telemetry-shipper"]

# Every part of the pipeline; the command says which.
FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble AS telemetry
COPY --from=build /app /app
COPY --from=build /src/artifacts/publish/telemetry-shipper /app/
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
ENTRYPOINT ["/app/telemetry"]
