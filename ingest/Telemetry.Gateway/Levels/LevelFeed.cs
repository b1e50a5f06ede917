using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Telemetry.Protos.V1;

namespace Telemetry.Gateway.Levels;

/// <summary>Looks at the rules once a second and tells the calls that listen. Any thread.</summary>
internal sealed class LevelFeed : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LevelListener, bool> _listeners = new();
    private readonly LevelStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatLimit _failures;
    private readonly ITimer _timer;
    private int _version;

    public LevelFeed(LevelStore store, TimeProvider time, ILogger logger)
    {
        (_store, _time, _logger) = (store, time, logger);
        _failures = new RepeatLimit(time);
        Look();
        _timer = time.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <summary>Another after each change.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Listens until it is disposed.</summary>
    public LevelListener Listen()
    {
        var listener = new LevelListener(this);
        _listeners[listener] = true;
        return listener;
    }

    public void Leave(LevelListener listener) => _listeners.TryRemove(listener, out _);

    /// <summary>What holds now.</summary>
    public Protos.V1.Levels ToMessage()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var message = new Protos.V1.Levels();
        message.Rules.Add(_store.Known().Select(rule => new Protos.V1.LevelRule
        {
            Service = rule.Service,
            Level = rule.Level,
            ForMs = (ulong)Math.Max(0, (rule.UntilUnixUs - now) / 1000),
        }));
        return message;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        try
        {
            if (!_store.Refresh())
            {
                return;
            }
        }
        catch (GatewayException e)
        {
            if (_failures.TryPass(out var suppressed))
            {
                Log.LevelsUnreadable(_logger, e.Message, suppressed);
            }

            return;
        }

        Interlocked.Increment(ref _version);
        foreach (var listener in _listeners.Keys)
        {
            listener.Wake?.Invoke();
        }
    }
}
