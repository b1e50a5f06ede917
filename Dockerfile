FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./build publish \
    && dotnet publish dashboards/Telemetry.Cli -c Release -o /app \
    && cp artifacts/publish/telemetry-shipper /app/

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
ENTRYPOINT ["/app/telemetry"]
