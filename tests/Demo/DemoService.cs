using Telemetry.Demo.Lines;
using Telemetry.Demo.Shop;

namespace Telemetry.Demo;

/// <summary>Serves nobody, but logs as if it did, until it is stopped or meets the end it was given.</summary>
internal sealed class DemoService(DemoArguments arguments, TimeProvider time, Random random)
{
    /// <summary>Returns when stopped.</summary>
    /// <exception cref="InvalidOperationException">It was told to throw.</exception>
    public void Run(CancellationToken stop)
    {
        using var output = Open();
        var source = LineSource.For(arguments.Role, arguments.Name, arguments.Samples, random);
        var started = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            output.WriteLine(source.Next(time.GetUtcNow()));
            output.Flush();
            MeetTheEnd(time.GetElapsedTime(started));
            stop.WaitHandle.WaitOne(Pause());
        }
    }

    private void MeetTheEnd(TimeSpan elapsed)
    {
        if (elapsed > arguments.ThrowAfter)
        {
            new Checkout(new Inventory(new Database("orders-db:5432"))).PlaceOrder(4711);
        }

        if (elapsed > arguments.SegfaultAfter)
        {
            ImageCodec.Decode(random);
        }
    }

    // Exponential gaps, as requests have that come independently of each other.
    private TimeSpan Pause()
    {
        var seconds = -Math.Log(1 - random.NextDouble()) / arguments.Rate;
        return TimeSpan.FromSeconds(Math.Min(seconds, 5));
    }

    private TextWriter Open() =>
        arguments.File is null ? Console.Out : File.AppendText(arguments.File);
}
