namespace Telemetry.Gateway.Levels;

/// <summary>What one call has told of the rules. Of one thread, but for <see cref="Wake"/>.</summary>
internal sealed class LevelListener(LevelFeed feed) : IDisposable
{
    private int _told = -1;

    /// <summary>Called after a change, on any thread; does not block.</summary>
    public Action? Wake { get; set; }

    /// <summary>False when the call has told what holds.</summary>
    public bool TryTake(out Protos.V1.Levels levels)
    {
        levels = null!;
        var version = feed.Version;
        if (version == _told)
        {
            return false;
        }

        _told = version;
        levels = feed.ToMessage();
        return true;
    }

    public void Dispose() => feed.Leave(this);
}
