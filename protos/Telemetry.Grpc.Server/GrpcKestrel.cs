using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Telemetry.Grpc.Server;

/// <summary>Limits of Kestrel that fit calls which stay open.</summary>
public static class GrpcKestrel
{
    /// <summary>
    /// Turns on HTTP/2 pings, so that a client which vanished is noticed within a minute, and sets the windows: what one call
    /// may have sent that its handler has not read.
    /// </summary>
    /// <param name="kestrel">Options of the server.</param>
    /// <param name="streamWindowBytes">Flow-control window of a call, bytes. Default 768 KiB.</param>
    public static void Configure(KestrelServerOptions kestrel, int streamWindowBytes = 768 << 10)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        kestrel.Limits.Http2.InitialStreamWindowSize = streamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = Math.Max(1 << 20, streamWindowBytes);
    }
}
