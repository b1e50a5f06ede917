using System.Diagnostics;
using Xunit;

namespace Telemetry.Tests.Support;

/// <summary>Waits for a condition instead of by the clock.</summary>
public static class Eventually
{
    /// <summary>Polls until the condition holds; fails after the deadline (10 s) with <paramref name="what"/>.</summary>
    public static async Task Holds(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        await Holds(() => Task.FromResult(condition()), what, deadline);

    /// <summary>Polls until the condition holds; fails after the deadline (10 s) with <paramref name="what"/>.</summary>
    public static async Task Holds(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (deadline ?? TimeSpan.FromSeconds(10)))
            {
                Assert.Fail($"Not within {deadline ?? TimeSpan.FromSeconds(10)}: {what}");
            }

            await Task.Delay(10);
        }
    }
}
