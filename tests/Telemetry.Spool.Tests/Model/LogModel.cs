using System.Globalization;

namespace Telemetry.Spool.Tests.Model;

/// <summary>
/// Walks a log at random over a disk that fails at random, and holds it against an oracle after every step. One thread, one
/// seed: the same seed is the same walk.
/// </summary>
internal sealed class LogModel
{
    private const int TracedSteps = 60;

    private readonly Random _random;
    private readonly ModelDisk _disk;
    private readonly FakeTime _time = new();
    private readonly Oracle _oracle;
    private readonly Queue<string> _trace = new();
    private readonly List<(long Position, Task<bool> Flush)> _flushes = [];
    private readonly int _seed;
    private readonly bool _rots;
    private long _step;
    private int _payloads;
    private int _faultsAtOpen;
    private ModelDirectory _directory = null!;
    private ManualWorkers _workers = null!;
    private SpoolLog? _log;
    private SpoolCursor _cursor = null!;
    private SpoolReader _reader = null!;
    private SpoolReader _durableReader = null!;
    private SpoolFollower _follower = null!;
    private (long Written, long Durable, long Followed) _readTo;
    private bool _powerWasCut;
    private List<SpoolDamage> _damages = [];

    /// <param name="seed">Of all that is random.</param>
    /// <param name="rots">Whether files go bad between two processes.</param>
    public LogModel(int seed, bool rots = false)
    {
        _seed = seed;
        _rots = rots;
        _oracle = new Oracle(rots);
        _random = new Random(seed);
        _disk = new ModelDisk(new Random(seed + 1));
    }

    public Dictionary<string, long> Counts { get; } = [];

    public void Run(long steps)
    {
        try
        {
            for (_step = 0; _step < steps; _step++)
            {
                Step();
            }

            CallFaultsOff();
            Restart(powerCut: true);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"TELEMETRY_SEED={_seed}, step {_step}: {e.Message}\n{string.Join('\n', _trace)}\n{e.StackTrace}", e);
        }
    }

    private void Step()
    {
        try
        {
            if (_log is null)
            {
                Open();
                return;
            }

            Act(_random.Next(1000));
            Observe();
        }
        catch (ModelKilledException)
        {
            Trace("killed in the middle");
            Restart(powerCut: _random.Next(2) == 0);
        }
    }

    private void Act(int choice)
    {
        switch (choice)
        {
            case < 330: Append(); break;
            case < 480: Flush(); break;
            case < 630: Count(_workers.Flusher.TryRun(), "rounds"); break;
            case < 690: _workers.Keeper.TryRun(); break;
            case < 760: Read(_reader, ref _readTo.Written, durable: false); break;
            case < 820: Read(_durableReader, ref _readTo.Durable, durable: true); break;
            case < 860: Follow(); break;
            case < 910: SaveAndTrim(); break;
            case < 940: _disk.WriteBack(); break;
            case < 950: _disk.Evict(); break;
            case < 965: _time.Advance(TimeSpan.FromMilliseconds(_random.Next(200))); break;
            case < 975: SwitchFaults(); break;
            case < 982: CallFaultsOff(); break;
            case < 988: _disk.CallsToKill = _random.Next(30); break;
            case < 993: Restart(powerCut: false); break;
            case < 997: Restart(powerCut: true); break;
            default: Close(); break;
        }
    }

    private void Append()
    {
        var payload = new byte[_random.Next(20) == 0 ? _random.Next(5000) : _random.Next(600)];
        _random.NextBytes(payload);
        if (payload.Length >= 4)
        {
            BitConverter.TryWriteBytes(payload, ++_payloads);
        }

        var faults = _disk.Faults;
        _oracle.MayHaveAppended(payload);
        var result = _log!.TryAppend(payload, out var position, fromReserve: _random.Next(4) == 0);
        Trace($"append {payload.Length}: {result} {position}");
        Count(true, result.ToString());
        if (result == AppendResult.Ok)
        {
            _oracle.Appended(position.Value, payload);
        }

        Oracle.Require(result != AppendResult.Failed || _disk.Faults > _faultsAtOpen, "failed without a fault");
    }

    private void Flush()
    {
        if (_oracle.Written.Count == 0)
        {
            return;
        }

        var position = _oracle.Written.Keys.ElementAt(_oracle.Written.Count - 1 - _random.Next(Math.Min(3, _oracle.Written.Count)));
        var flush = _log!.FlushAsync(new SpoolPosition(position)).AsTask();
        Trace($"flush {position}: {(flush.IsCompleted ? flush.Result : "waits")}");
        _flushes.Add((position, flush));
    }

    private void Read(SpoolReader reader, ref long after, bool durable)
    {
        for (var n = _random.Next(8); n > 0 && reader.TryRead(out var frame); n--)
        {
            Oracle.Require(!durable || frame.Position < _log!.Durable, "a durable reader read what is not durable");
            _oracle.Read(after, frame, _log!.Start.Value, _disk.HasDropped);
            after = frame.Next.Value;
        }
    }

    private void Follow()
    {
        for (var n = _random.Next(8); n > 0 && _follower.TryRead(out var frame); n--)
        {
            Oracle.Require(frame.Position < _log!.Durable, "a follower read what is not durable");
            _oracle.Read(_readTo.Followed, frame, _log.Start.Value, mayHaveDropped: false);
            _readTo.Followed = frame.Next.Value;
        }
    }

    private void SaveAndTrim()
    {
        var to = _random.Next(3) == 0 ? _readTo.Written : _readTo.Durable;
        if (to < _cursor.Position.Value)
        {
            return;
        }

        _oracle.CursorSaved(to, said: false);
        var saved = _cursor.Save(new SpoolPosition(to));
        Trace($"cursor {to}: {saved}");
        if (saved)
        {
            _oracle.CursorSaved(to, said: true);
        }

        if (_random.Next(2) == 0)
        {
            _oracle.Trimmed(_cursor.Position.Value);
            _log!.Trim(_cursor.Position);
            Trace($"trim {_cursor.Position}");
        }
    }

    private void SwitchFaults()
    {
        switch (_random.Next(3))
        {
            case 0: _disk.FlushFailsOneIn = _random.Next(1, 6); break;
            case 1: _disk.WriteFailsOneIn = _random.Next(1, 20); break;
            default: _disk.CapacityBytes = _disk.Entries.Values.Sum(i => (long)i.Length); break;
        }

        Trace($"faults: flush {_disk.FlushFailsOneIn}, write {_disk.WriteFailsOneIn}, capacity {_disk.CapacityBytes}");
    }

    private void CallFaultsOff()
    {
        _disk.FlushFailsOneIn = _disk.WriteFailsOneIn = 0;
        _disk.CapacityBytes = long.MaxValue;
        _disk.CallsToKill = -1;
        Trace("faults off");
    }

    private void Close()
    {
        Trace("close");
        _log!.Dispose();
        Observe();
        Restart(powerCut: false);
    }

    private void Restart(bool powerCut)
    {
        Trace(powerCut ? "power cut" : "kill");
        Count(true, powerCut ? "power cuts" : "kills");
        _directory?.Die();
        _powerWasCut |= powerCut;
        if (powerCut)
        {
            _disk.Crash();
        }
        else
        {
            _disk.Kill();
        }

        if (_rots && _random.Next(3) == 0)
        {
            _disk.Rot();
            _powerWasCut = true;
        }

        _log = null;
        _flushes.Clear();
        if (_step > 0 && _random.Next(4) == 0)
        {
            return;
        }

        Open();
    }

    private void Open()
    {
        if (_random.Next(3) > 0)
        {
            CallFaultsOff();
        }
        else if (_random.Next(4) == 0)
        {
            _disk.CallsToKill = _random.Next(60);
        }

        try
        {
            OpenOnce();
        }
        catch (ModelKilledException)
        {
            Trace("killed while opening");
            _disk.CallsToKill = -1;
            if (_random.Next(2) == 0)
            {
                _disk.Crash();
                _powerWasCut = true;
            }

            _directory.Die();
            _disk.Kill();
            _log = null;
        }
    }

    private void OpenOnce()
    {
        var droppedBefore = _disk.HasDropped;
        _directory = new ModelDirectory(_disk);
        _workers = new ManualWorkers();
        _damages = [];
        var segmentBytes = _random.Next(4) == 0 ? 8192 : 4096;
        var options = new SpoolOptions
        {
            SegmentBytes = segmentBytes,
            MaxBytes = 12 * 4096,
            ReserveBytes = 4096,
            MaxDamagedBytes = 16 << 10,
            VerifyOnOpen = _random.Next(2) == 0,
            Random = _random,
            Workers = _workers,
            OnDamage = _damages.Add,
        };
        var log = SpoolLog.Open(_directory, options, _time, out var recovery);
        Trace($"open: {recovery.Start} to {recovery.End}, durable {log.Durable}: {string.Join(", ", recovery.Damages)}");
        foreach (var damage in recovery.Damages)
        {
            Count(true, damage.Kind.ToString());
            Oracle.Require(
                _rots || damage.Kind is SpoolDamageKind.Tail or SpoolDamageKind.ForeignFile, $"{damage} though nothing rots here");
        }

        ApplyLosses();
        var found = new List<(long, byte[])>();
        using (var all = log.OpenReader(default, durableOnly: false))
        {
            while (all.TryRead(out var frame))
            {
                found.Add((frame.Position.Value, frame.Payload.ToArray()));
            }
        }

        var keepsAll = !_powerWasCut && !droppedBefore && !_disk.HasDropped;
        _oracle.Reopened(found, keepsAll, log.Durable.Value);
        _powerWasCut = false;
        if (log.Durable == log.End)
        {
            _disk.ForgetDropped();
        }

        _cursor = SpoolCursor.Open(_directory, "ship");
        _oracle.CursorFound(_cursor.Position.Value);
        _readTo = (_cursor.Position.Value, _cursor.Position.Value, 0);
        _reader = log.OpenReader(_cursor.Position, durableOnly: false);
        _durableReader = log.OpenReader(_cursor.Position, durableOnly: true);
        _follower = SpoolFollower.Open(_directory, default, _time);
        _faultsAtOpen = _disk.Faults;
        _log = log;
    }

    private void Observe()
    {
        if (_log is null)
        {
            return;
        }

        ApplyLosses();
        var faults = _disk.Faults;
        foreach (var (position, flush) in _flushes.Where(f => f.Flush.IsCompleted).ToArray())
        {
            Oracle.Require(flush.Result || faults > _faultsAtOpen || _disk.HasDropped, $"flush {position} failed without a fault");
            Oracle.Require(
                !flush.Result || _log.Durable.Value > position, $"flush {position} succeeded, durable is {_log.Durable}");
            Count(flush.Result, "acks");
        }

        _flushes.RemoveAll(f => f.Flush.IsCompleted);
        _oracle.Acknowledged(_log.Durable.Value);
        Oracle.Require(_log.Durable <= _log.End, "durable is after the end");
        if (_disk.HasDropped && _log.Durable == _log.End)
        {
            _disk.ForgetDropped();
        }
    }

    private void ApplyLosses()
    {
        foreach (var damage in _damages)
        {
            Trace($"{damage}");
            Count(true, "losses");
            _oracle.Lost(damage);
        }

        _damages.Clear();
    }

    private void Count(bool happened, string what)
    {
        if (happened)
        {
            Counts[what] = Counts.GetValueOrDefault(what) + 1;
        }
    }

    private void Trace(string what)
    {
        _trace.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{_step}: {what}"));
        if (_trace.Count > TracedSteps)
        {
            _trace.Dequeue();
        }
    }
}
