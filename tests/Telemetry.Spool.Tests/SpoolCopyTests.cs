namespace Telemetry.Spool.Tests;

public sealed class SpoolCopyTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task ACopyGoesOnWhereTheLogWas()
    {
        using var log = Some.Open(Source);
        var positions = Some.Append(log, 0, 100);
        await log.FlushAsync(positions[^1]);

        var copy = await CopyAsync(positions[50]);

        Assert.Equal((log.Durable, 0, 0), (copy.End, copy.MissingBytes, copy.DamagedBytes));
        using var again = Some.Open(Target, out var recovery);
        Assert.Empty(recovery.Damages);
        Assert.Equal(Some.Payloads(50, 50), Some.Content(again, positions[50]));
        Assert.True(Some.Append(again, Some.Payload(100)) >= log.End);
        Assert.Equal(Some.Payloads(50, 51), Some.Content(again, positions[50]));
    }

    [Fact]
    public async Task WhatIsNotFlushedIsNotCopied()
    {
        var workers = new Model.ManualWorkers();
        using var log = Some.Open(Source, Some.Options with { Workers = workers });
        var flushed = Some.Append(log, 0, 3);
        var flush = log.FlushAsync(flushed[^1]);
        workers.RunAll();
        Assert.True(await flush);
        Some.Append(log, 3, 3);

        await CopyAsync(default);

        using var again = Some.Open(Target);
        Assert.Equal(Some.Payloads(0, 3), Some.Content(again));
    }

    [Fact]
    public async Task ACopyFromTheEndHoldsNothingAndGoesOnThere()
    {
        using var log = Some.Open(Source);
        await log.FlushAsync(Some.Append(log, 0, 70)[^1]);

        var copy = await CopyAsync(log.Durable);

        using var again = Some.Open(Target, out var recovery);
        Assert.Empty(recovery.Damages);
        Assert.Empty(Some.Content(again, copy.End));
        Assert.True(Some.Append(again, Some.Payload(70)) >= log.End);
    }

    [Fact]
    public async Task AnEmptyLogHasAnEmptyCopy()
    {
        var copy = await CopyAsync(default);

        Assert.Equal(default, copy.End);
        using var again = Some.Open(Target, out var recovery);
        Assert.Empty(recovery.Damages);
    }

    [Fact]
    public async Task WhatWasTrimmedIsTold()
    {
        using var log = Some.Open(Source);
        var positions = Some.Append(log, 0, 200);
        await log.FlushAsync(positions[^1]);
        log.Trim(positions[120]);

        // What is trimmed is there until the head says so, and may well be copied until then; if it goes meanwhile the copy fails.
        var attempts = 0;
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    var target = new RealSpoolDirectory(_directory[$"copy{attempts++}"]);
                    return (await SpoolCopy.CopyAsync(Source, positions[5], target, TimeProvider.System, Never)).MissingBytes > 0;
                }
                catch (IOException e) when (e.Message.Contains("deleted while they were copied", StringComparison.Ordinal))
                {
                    return false;
                }
            },
            "what was trimmed is missing");
    }

    [Fact]
    public async Task APositionAfterTheEndIsOfAnotherLog()
    {
        using var log = Some.Open(Source);
        await log.FlushAsync(Some.Append(log, 0, 3)[^1]);

        var copying = SpoolCopy.CopyAsync(Source, new SpoolPosition(1 << 20), Target, TimeProvider.System, Never);

        await Assert.ThrowsAsync<IOException>(() => copying);
    }

    [Fact]
    public async Task WhatIsCopiedWhileItIsWrittenAndTrimmedIsWholeOrRefused()
    {
        using var log = Some.Open(Source, Some.Options with { MaxBytes = 8 * 4096 });
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; written++)
            {
                if (log.TryAppend(Some.Payload(written), out var position) == AppendResult.Full)
                {
                    log.Trim(log.Segments[^2].Start);
                    continue;
                }

                await log.FlushAsync(position);
            }
        });
        var (whole, refused) = (0, 0);
        for (var i = 0; i < 60; i++)
        {
            var target = new RealSpoolDirectory(_directory[$"copy-{i}"]);
            var from = log.Durable;
            try
            {
                var copy = await SpoolCopy.CopyAsync(Source, from, target, TimeProvider.System, Never);
                using var again = Some.Open(target, out var recovery);
                Assert.Empty(recovery.Damages);
                Assert.True(copy.MissingBytes > 0 || copy.DamagedBytes == 0);
                whole++;
            }
            catch (IOException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await writing;
        Assert.True(whole > refused, $"{whole} whole, {refused} refused");
    }

    public void Dispose() => _directory.Dispose();

    private RealSpoolDirectory Source => new(_directory["log"]);

    private RealSpoolDirectory Target => new(_directory["copy"]);

    private Task<SpoolCopyResult> CopyAsync(SpoolPosition from) =>
        SpoolCopy.CopyAsync(Source, from, Target, TimeProvider.System, Never);
}
