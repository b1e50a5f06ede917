using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Grpc;
using Telemetry.Grpc.Server;
using Telemetry.Protos.V1;
using Telemetry.Shipping;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Machine;
using Telemetry.Wire;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// <c>telemetry.v1.Ingest</c> on a Unix socket, for applications of this server. Who connects is known from the kernel; there are no tokens.
/// </summary>
internal sealed class ApplicationSocket : IAsyncDisposable
{
    private const int MaxHelloBytes = 64 << 10;
    private const int MaxBatchBytes = 512 << 10;
    private const int MaxUnacceptedBatches = 64;

    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly LifetimeContext _server;
    private readonly ApplicationSpools _spools;
    private readonly PeerLimits _limits = new();
    private readonly PayloadReader _payloads = new();
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private readonly Task _cleaning;

    private ApplicationSocket(SocketOptions options, LifetimeContext server, ApplicationSpools spools, Log diagnostics, TimeProvider time)
    {
        (_path, _server, _spools, _diagnostics, _time) = (options.Path, server, spools, diagnostics, time);
        _app = Build();
        _cleaning = Task.Run(() => spools.RunAsync(_stopping.Token));
    }

    /// <summary>Listens. What an earlier run left of the socket is taken away.</summary>
    /// <param name="options">Where, and for whom.</param>
    /// <param name="server">Who the server is.</param>
    /// <param name="spools">Where their batches go; owned from here on.</param>
    /// <param name="diagnostics">For people.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="IOException">The path cannot be listened on, or another process does.</exception>
    public static async Task<ApplicationSocket> ListenAsync(
        SocketOptions options, LifetimeContext server, ApplicationSpools spools, Log diagnostics, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(options.Path)!);
            TakeAwayOld(options.Path);
            var socket = new ApplicationSocket(options, server, spools, diagnostics, time);
            await socket._app.StartAsync();
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(options.Path, options.Mode);
            }

            return socket;
        }
        catch (Exception e) when (e is SocketException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException(e.Message, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using (var late = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time))
        {
            await _app.StopAsync(late.Token);
        }

        await _app.DisposeAsync();
        File.Delete(_path);
        await _cleaning;
        await _spools.DisposeAsync();
        _stopping.Dispose();
    }

    private static void TakeAwayOld(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new IOException("another process listens there.");
    }

    private WebApplication Build()
    {
        var endpoints = new GrpcEndpoints(new GrpcServerOptions { Time = _time }, NullLogger<GrpcEndpoints>.Instance);
        endpoints.MapGrpcDuplex("/telemetry.v1.Ingest/Ship", ShipAsync);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcKestrel.Configure(kestrel, streamWindowBytes: 128 << 10);
            kestrel.Limits.MaxConcurrentConnections = PeerLimits.MaxConnections;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 2;
            kestrel.ListenUnixSocket(_path, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(next => connection => AdmitAsync(connection, next));
            });
        });
        var app = builder.Build();
        app.Run(endpoints.InvokeAsync);
        return app;
    }

    private async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Peer peer;
        try
        {
            peer = Peer.Of(connection.Features.Get<IConnectionSocketFeature>()!.Socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }

        if (!_limits.TryEnter(peer))
        {
            _diagnostics.Repeating(LogLevel.Warn, "socket full", $"Process {peer.Pid} of user {peer.Uid} opens more connections than it may.");
            return;
        }

        try
        {
            connection.Items[typeof(Peer)] = peer;
            await next(connection);
        }
        finally
        {
            _limits.Leave(peer);
        }
    }

    private async ValueTask<GrpcStatus> ShipAsync(GrpcServerCall call)
    {
        var peer = (Peer)call.ConnectionItems[typeof(Peer)]!;
        var (status, hello) = await HearHelloAsync(call);
        if (hello is null)
        {
            return status;
        }

        if (_spools.TryEnter(peer, hello, out var problem) is not { } spool)
        {
            return problem;
        }

        try
        {
            spool.AddFormerBoots(hello.FormerBootIds);
            Introduce(spool, hello.WorkloadId);
            call.MaxReceiveBytes = MaxBatchBytes + MaxHelloBytes;
            // Before what it says: what comes in between is said again.
            var levelsTold = spool.Lanes.Levels.Version;
            await call.WriteAsync(new ShipResponse { Welcome = Welcome(spool) }.ToByteArray(), call.Cancelled);
            return await new ApplicationCall(call, hello, spool, _payloads, levelsTold).RunAsync(_stopping.Token);
        }
        finally
        {
            _spools.Leave(spool);
        }
    }

    private async Task<(GrpcStatus Status, ApplicationHello? Hello)> HearHelloAsync(GrpcServerCall call)
    {
        call.MaxReceiveBytes = MaxHelloBytes;
        using var tooLate = new CancellationTokenSource(HelloTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, call.Cancelled, _stopping.Token);
        try
        {
            if (!await call.ReadAsync(either.Token))
            {
                return (new(StatusCode.InvalidArgument, "The call ended without a Hello."), null);
            }
        }
        catch (OperationCanceledException) when (tooLate.IsCancellationRequested)
        {
            return (new(StatusCode.DeadlineExceeded, $"No Hello came within {HelloTimeout}."), null);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return (new(StatusCode.Unavailable, "The shipper is stopping."), null);
        }

        var status = ApplicationHello.Read(System.Buffers.BuffersExtensions.ToArray(call.Current), _server, out var hello);
        return (status, hello);
    }

    /// <summary>The server says who ships for the workload, whatever that says of itself.</summary>
    private void Introduce(ApplicationSpool spool, string workloadId)
    {
        if (workloadId.Length == 0 || !spool.TryIntroduce(workloadId))
        {
            return;
        }

        // On the application's own critical lane, so that it is known before the first of its streams is.
        var peer = spool.Peer;
        spool.Lanes.Recorder.Write(RecordKind.WorkloadPeer, new WorkloadPeer
        {
            WorkloadId = workloadId,
            Pid = peer.Pid,
            Uid = peer.Uid,
            Gid = peer.Gid,
            Cgroup = peer.Cgroup,
            Executable = peer.Executable,
        });
    }

    private Welcome Welcome(ApplicationSpool spool) => new()
    {
        MaxBatchBytes = MaxBatchBytes,
        MaxRawBytes = PayloadReader.MaxRawBytes,
        MaxUnackedBatches = MaxUnacceptedBatches,
        ClockUnixUs = _time.GetUtcNow().ToUnixMicroseconds(),
        Gateway = $"shipper of {_server.InstanceId}",
        Levels = spool.Lanes.Levels.ToMessage(),
    };

    /// <summary>The shipper decides what a signal means.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
