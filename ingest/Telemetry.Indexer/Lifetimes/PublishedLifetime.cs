using Telemetry.Autopsy;

namespace Telemetry.Indexer.Lifetimes;

/// <summary>What was written of a lifetime, and what has been heard of it since. Times are timestamps. Not thread-safe.</summary>
internal sealed class PublishedLifetime
{
    private bool _eventful = true;
    private bool _changed = true;
    private long _heard, _written, _looked;
    private LifetimeState? _state;

    /// <summary>True once it has been.</summary>
    public bool WasWritten => _state is not null;

    /// <summary>True when nothing more is expected of it: it need not be looked at until it is noted again.</summary>
    public bool IsOver => _state is not null and not LifetimeState.Alive && !_changed;

    /// <summary>Something of it was committed.</summary>
    public void Note(long now, bool eventful)
    {
        (_heard, _changed) = (now, true);
        _eventful |= eventful;
    }

    /// <summary>Whether it should be looked at now.</summary>
    public bool IsDue(long now, TimeProvider time, TimeSpan idleEvery, TimeSpan silenceBound, TimeSpan lookAgainAfter)
    {
        if (_eventful || _state is null)
        {
            return true;
        }

        var looked = Math.Max(_looked, _written);
        return _changed && time.GetElapsedTime(_written, now) >= idleEvery
            || _state == LifetimeState.Alive && time.GetElapsedTime(_heard, now) > silenceBound
                && time.GetElapsedTime(looked, now) >= lookAgainAfter;
    }

    /// <summary>Whether it has to be written, when its state is <paramref name="state"/>.</summary>
    public bool IsNews(LifetimeState state) => _eventful || _changed || state != _state;

    /// <summary>It was looked at and is as it was written.</summary>
    public void Looked(long now) => _looked = now;

    /// <summary>It was written.</summary>
    public void Wrote(long now, LifetimeState state)
    {
        (_written, _looked, _state) = (now, now, state);
        (_eventful, _changed) = (false, false);
    }
}
