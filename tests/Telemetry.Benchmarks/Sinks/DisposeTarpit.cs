using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>A peer that accepts and never answers, and an application that wants to end.</summary>
internal static class DisposeTarpit
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMilliseconds(500);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        var accepting = AcceptAsync(tarpit);
        var endpoint = $"http://127.0.0.1:{((IPEndPoint)tarpit.LocalEndpoint).Port}";
        var over = new List<double>();
        for (var i = 0; i < (full ? 50 : 10); i++)
        {
            var sink = new MeasuredSink(endpoint, o => o.ShutdownTimeout = ShutdownTimeout);
            for (var n = 0; n < (i % 2 == 0 ? 1 : 200_000); n++)
            {
                sink.Logger.Information(SampleEvent.Template, n, SampleEvent.User, SampleEvent.Elapsed);
            }

            var begun = Stopwatch.GetTimestamp();
            sink.Dispose();
            over.Add((Stopwatch.GetElapsedTime(begun) - ShutdownTimeout).TotalMilliseconds);
        }

        tarpit.Stop();
        await accepting;
        Console.WriteLine($"  over the time-out: {string.Join(", ", over.Select(o => $"{o:0}"))} ms");
        return [new("dispose_tarpit", Math.Max(0, over.Max()), "ms over", 100, false, over.Count, "none", null)];
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        var held = new List<TcpClient>();
        try
        {
            while (true)
            {
                held.Add(await listener.AcceptTcpClientAsync());
            }
        }
        catch (SocketException)
        {
            held.ForEach(c => c.Dispose());
        }
    }
}
