using System.Buffers.Binary;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Crashes;

namespace Telemetry.Shipper.Processes;

/// <summary>
/// What the command and its children say of their own crashes. The command's is kept for its end, and so is that of a child with whose end the
/// command ends too, as a shell does; a child that the command outlives has a crash of its own.
/// </summary>
/// <param name="isAlive">Asks by process id.</param>
/// <param name="time">The clock.</param>
internal sealed class HandedCrashes(Func<int, bool> isAlive, TimeProvider time)
{
    private static readonly TimeSpan Outlived = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<Held> _held = [];
    private byte[] _bytes = [];

    /// <summary>Takes what came through the pipe, in any pieces. What is no message ends the reading: nothing after it can be found.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _bytes = [.. _bytes, .. bytes];
            while (_bytes.Length >= CrashPipe.PrefixBytes)
            {
                var size = BinaryPrimitives.ReadUInt32LittleEndian(_bytes);
                if (size > CrashPipe.MaxBytes)
                {
                    _bytes = [];
                    return;
                }

                if (_bytes.Length < CrashPipe.PrefixBytes + size)
                {
                    return;
                }

                Take(_bytes.AsSpan(CrashPipe.PrefixBytes, (int)size));
                _bytes = _bytes[(CrashPipe.PrefixBytes + (int)size)..];
            }
        }
    }

    /// <summary>The crash that ended the command: its own, else the last of a child. Null when none is known.</summary>
    public Crash? TakeOf(int pid)
    {
        lock (_gate)
        {
            var index = _held.FindLastIndex(h => h.Crash.Pid == pid);
            index = index < 0 ? _held.Count - 1 : index;
            if (index < 0)
            {
                return null;
            }

            var crash = _held[index].Crash;
            _held.RemoveAt(index);
            return crash;
        }
    }

    /// <summary>Crashes of children that the command has outlived.</summary>
    public IReadOnlyList<Crash> TakeOutlived(int pid)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            foreach (var held in _held)
            {
                held.GoneAt ??= isAlive(held.Crash.Pid) ? null : now;
            }

            return Remove(h => h.Crash.Pid != pid && h.GoneAt is { } gone && time.GetElapsedTime(gone, now) >= Outlived);
        }
    }

    /// <summary>All that are left.</summary>
    public IReadOnlyList<Crash> TakeAll()
    {
        lock (_gate)
        {
            return Remove(_ => true);
        }
    }

    private List<Crash> Remove(Predicate<Held> match)
    {
        var taken = _held.FindAll(match);
        _held.RemoveAll(match);
        return taken.ConvertAll(h => h.Crash);
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        try
        {
            _held.Add(new Held(Crash.Parser.ParseFrom(message)));
        }
        catch (InvalidProtocolBufferException)
        {
            // Some process wrote into a pipe that is not its own.
        }
    }

    private sealed class Held(Crash crash)
    {
        public Crash Crash => crash;

        public long? GoneAt { get; set; }
    }
}
