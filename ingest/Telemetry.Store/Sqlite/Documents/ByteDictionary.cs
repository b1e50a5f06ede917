using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Distinct byte strings numbered in order of arrival. No allocation for a known one; keeps its memory when cleared. Not
/// thread-safe.
/// </summary>
internal sealed class ByteDictionary
{
    // Seeded, so that no log line can be written to collide. The numbers given do not depend on it.
    private static readonly ulong Seed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly ByteList _bytes = new();
    private readonly Growing<int> _ends = new();
    private readonly Growing<uint> _hashes = new();
    private int[] _slots = new int[64];

    public int Count => _ends.Count;

    /// <summary>Bytes of all strings.</summary>
    public int Bytes => _bytes.Length;

    public ReadOnlySpan<byte> this[int code]
    {
        get
        {
            var start = code == 0 ? 0 : _ends[code - 1];
            return _bytes.Slice(start, _ends[code] - start);
        }
    }

    public void Clear()
    {
        if (_slots.Length > 64 && Count < _slots.Length / 16)
        {
            _slots = new int[_slots.Length / 4];
        }
        else
        {
            Array.Clear(_slots);
        }

        _bytes.Clear();
        _ends.Clear();
        _hashes.Clear();
    }

    public int GetOrAdd(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        var slots = _slots;
        var mask = slots.Length - 1;
        var slot = (int)hash & mask;
        while (slots[slot] != 0)
        {
            var code = slots[slot] - 1;
            if (_hashes[code] == hash && key.SequenceEqual(this[code]))
            {
                return code;
            }

            slot = slot + 1 & mask;
        }

        return Add(key, hash, slot);
    }

    private int Add(ReadOnlySpan<byte> key, uint hash, int slot)
    {
        _bytes.Add(key);
        _ends.Add(_bytes.Length);
        _hashes.Add(hash);
        _slots[slot] = Count;
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        var slots = new int[_slots.Length * 4];
        var mask = slots.Length - 1;
        for (var code = 0; code < Count; code++)
        {
            var slot = (int)_hashes[code] & mask;
            while (slots[slot] != 0)
            {
                slot = slot + 1 & mask;
            }

            slots[slot] = code + 1;
        }

        _slots = slots;
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var state = Seed ^ (ulong)key.Length * 0x9E37_79B9_7F4A_7C15;
        while (key.Length > 8)
        {
            state = Mix(state ^ MemoryMarshal.Read<ulong>(key));
            key = key[8..];
        }

        ulong last = 0;
        if (key.Length == 8)
        {
            last = MemoryMarshal.Read<ulong>(key);
        }
        else
        {
            for (var i = 0; i < key.Length; i++)
            {
                last = last << 8 | key[i];
            }
        }

        state = Mix(state ^ last);
        return (uint)(state ^ state >> 32);
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0xD6E8_FEB8_6659_FD93 ^ Seed, out var low);
        return high ^ low;
    }
}
