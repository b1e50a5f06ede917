using Telemetry.Cli.Hosting;
using Telemetry.Store;
using Telemetry.Store.Holds;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Care;

/// <summary>The holds of the embedded store, in its data directory.</summary>
internal sealed class FileHolds(DataDirectory data, TimeProvider time) : IHoldShelf
{
    private readonly HoldFile _file = new(data.Path);

    public string Place => data.Path;

    public ILifetimeReader Lifetimes { get; } = new SqliteLifetimeReader(data.Store, time);

    public Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancel) => Task.FromResult(_file.List());

    public Task<bool> AddAsync(Hold hold, CancellationToken cancel) => Task.FromResult(_file.Add(hold));

    public Task<bool> ReleaseAsync(LifetimeId lifetime, CancellationToken cancel) => Task.FromResult(_file.Release(lifetime));

    public void Dispose()
    {
    }
}
