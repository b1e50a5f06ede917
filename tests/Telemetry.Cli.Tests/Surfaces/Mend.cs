namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>Does something once it is disposed of.</summary>
internal sealed class Mend(Func<Task> mend) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await mend();
}
