using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>Files in the data directory.</summary>
public sealed class EmbeddedStore : FilledStore
{
    internal override Task<IAsyncDisposable> DamageAsync()
    {
        var path = Path.Combine(Data.StoreOf(Lane.Bulk), "docs-1767400000.db");
        File.WriteAllBytes(path, new byte[8192]);
        return Task.FromResult<IAsyncDisposable>(new Mend(() => Delete(path)));
    }

    internal override Task<IAsyncDisposable> DamageLifetimesAsync()
    {
        var state = Path.Combine(Data.StoreOf(Lane.Critical), SqliteLaneState.FileName);
        var kept = state + ".kept";
        File.Move(state, kept);
        File.WriteAllText(state, new string('x', 8192));
        return Task.FromResult<IAsyncDisposable>(new Mend(() =>
        {
            File.Move(kept, state, overwrite: true);
            return Task.CompletedTask;
        }));
    }

    private static Task Delete(string path)
    {
        File.Delete(path);
        return Task.CompletedTask;
    }
}
