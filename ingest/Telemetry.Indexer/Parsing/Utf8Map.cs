using System.Buffers.Binary;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Values by short UTF-8 names, looked up in some 10 ns. Open addressing; nothing is removed. Hostile names make it slower, not
/// wrong, and the owner bounds how many there are. Not thread-safe.
/// </summary>
internal sealed class Utf8Map<T>
    where T : class
{
    private Entry[] _entries = new Entry[256];

    public int Count { get; private set; }

    public bool TryGet(ReadOnlySpan<byte> name, out T value)
    {
        var hash = Hash(name);
        for (var i = hash & (uint)(_entries.Length - 1); ; i = (i + 1) & (uint)(_entries.Length - 1))
        {
            ref var entry = ref _entries[i];
            if (entry.Name is null)
            {
                value = null!;
                return false;
            }

            if (entry.Hash == hash && name.SequenceEqual(entry.Name))
            {
                value = entry.Value;
                return true;
            }
        }
    }

    /// <summary>Adds a name that is not in it.</summary>
    public void Add(ReadOnlySpan<byte> name, T value)
    {
        if (2 * (Count + 1) > _entries.Length)
        {
            var old = _entries;
            _entries = new Entry[old.Length * 2];
            foreach (var entry in old)
            {
                if (entry.Name is not null)
                {
                    Place(entry);
                }
            }
        }

        Place(new Entry { Hash = Hash(name), Name = name.ToArray(), Value = value });
        Count++;
    }

    private void Place(in Entry entry)
    {
        var i = entry.Hash & (uint)(_entries.Length - 1);
        while (_entries[i].Name is not null)
        {
            i = (i + 1) & (uint)(_entries.Length - 1);
        }

        _entries[i] = entry;
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong h = (uint)name.Length * 0x9E3779B97F4A7C15;
        while (name.Length >= 8)
        {
            h = (h ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * 0x9E3779B97F4A7C15;
            h ^= h >> 29;
            name = name[8..];
        }

        ulong tail = 0;
        foreach (var b in name)
        {
            tail = tail << 8 | b;
        }

        h = (h ^ tail) * 0x9E3779B97F4A7C15;
        return (uint)(h >> 32);
    }

    private struct Entry
    {
        public uint Hash;
        public byte[]? Name;
        public T Value;
    }
}
