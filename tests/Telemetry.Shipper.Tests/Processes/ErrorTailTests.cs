using Telemetry.Shipper.Processes;

namespace Telemetry.Shipper.Tests.Processes;

public class ErrorTailTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(ErrorTail.MaxBytes)]
    [InlineData(ErrorTail.MaxBytes + 1)]
    [InlineData(3 * ErrorTail.MaxBytes + 7)]
    public void TheLastBytesAreKept(int total)
    {
        var random = new Random(total);
        var all = new byte[total];
        random.NextBytes(all);
        var tail = new ErrorTail();
        for (var at = 0; at < total;)
        {
            var piece = Math.Min(total - at, random.Next(1, 100_000));
            tail.Append(all.AsSpan(at, piece));
            at += piece;
        }

        Assert.Equal(all[Math.Max(0, total - ErrorTail.MaxBytes)..], tail.ToArray());
        Assert.Equal(total, tail.Total);
    }
}
