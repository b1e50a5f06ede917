using Telemetry.Gateway.Ship;

namespace Telemetry.Gateway.Tests;

public class PendingBudgetTests
{
    [Fact]
    public async Task WaitersAreServedInTurn()
    {
        var budget = new PendingBudget(10);
        await budget.ReserveAsync(10, default);
        var large = budget.ReserveAsync(8, default).AsTask();
        var small = budget.ReserveAsync(2, default).AsTask();

        budget.Release(5);
        Assert.False(small.IsCompleted);
        budget.Release(5);

        await large;
        await small;
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public async Task WaiterThatGivesUpLetsTheOthersPass()
    {
        var budget = new PendingBudget(10);
        await budget.ReserveAsync(5, default);
        using var cancel = new CancellationTokenSource();
        var large = budget.ReserveAsync(8, cancel.Token).AsTask();
        var small = budget.ReserveAsync(2, default).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(7, budget.Used);
    }

    [Fact]
    public async Task WhatIsLargerThanTheBudgetPassesAlone()
    {
        var budget = new PendingBudget(10);
        await budget.ReserveAsync(11, default);
        var next = budget.ReserveAsync(1, default).AsTask();
        Assert.False(next.IsCompleted);

        budget.Release(11);
        await next;
    }
}
