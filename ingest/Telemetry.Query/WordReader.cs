using System.Buffers;
using System.Runtime.CompilerServices;

namespace Telemetry.Query;

/// <summary>
/// Walks over the words of a text; see <see cref="TextAnalyzer"/>. A word that needs no folding is a slice of the text; others
/// are folded into a rented buffer, so that reading does not allocate. 
/// The word lists of stored partitions were cut and folded like this, and a query has to cut its words the same for as long as they are
/// kept: hence the decoding of malformed UTF-8 as SQLite's FTS5 does it, from which the rules once came.
/// </summary>
public ref struct WordReader : IDisposable
{
    private readonly ReadOnlySpan<byte> _text;
    private byte[]? _folded;
    private int _at;

    internal WordReader(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The word, lower-case. Valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Where the word starts in the text, bytes.</summary>
    public int Start { get; private set; }

    /// <summary>First byte after the word.</summary>
    public int End { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly WordReader GetEnumerator() => this;

    /// <summary>Goes to the next word; false at the end.</summary>
    public bool MoveNext()
    {
        if (!SkipSeparators())
        {
            return false;
        }

        Start = _at;
        while (_at < _text.Length && IsLowerOrDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == _text.Length || _text[_at] < 0x80 && !IsAsciiWord(_text[_at]))
        {
            End = _at;
            Current = Cut(_text[Start.._at]);
            return true;
        }

        Fold();
        return true;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_folded is not null)
        {
            ArrayPool<byte>.Shared.Return(_folded);
            _folded = null;
        }
    }

    private static bool IsLowerOrDigit(byte b) => (uint)(b - 'a') <= 'z' - 'a' || (uint)(b - '0') <= 9;

    private static bool IsAsciiWord(byte b) => IsLowerOrDigit((byte)(b | 0x20)) && b >= '0';

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> word) =>
        word.Length <= TextAnalyzer.MaxWordBytes ? word : word[..TextAnalyzer.MaxWordBytes];

    private bool SkipSeparators()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] < 0x80)
            {
                if (IsAsciiWord(_text[_at]))
                {
                    return true;
                }

                _at++;
                continue;
            }

            var next = Decode(_at, out var code);
            if (Unicode61.IsWordStart(code))
            {
                return true;
            }

            _at = next;
        }

        return false;
    }

    // From Start on: the characters before _at are known to be lower-case ASCII.
    private void Fold()
    {
        var length = _at - Start;
        Reserve(length + 4, 0);
        _text[Start.._at].CopyTo(_folded);
        while (_at < _text.Length)
        {
            var next = _at + 1;
            int code = _text[_at];
            if (code < 0x80)
            {
                if (!IsAsciiWord((byte)code))
                {
                    break;
                }

                code = (uint)(code - 'A') <= 'Z' - 'A' ? code | 0x20 : code;
            }
            else
            {
                next = Decode(_at, out code);
                if (!Unicode61.IsWordStart(code) && !TextAnalyzer.IsDiacritic(code))
                {
                    break;
                }

                code = Unicode61.Fold(code);
            }

            Reserve(length + 4, length);
            length += Encode((uint)code, _folded.AsSpan(length));
            _at = next;
        }

        End = _at;
        Current = Cut(_folded.AsSpan(0, length));
    }

    private void Reserve(int size, int used)
    {
        if (_folded is not null && _folded.Length >= size)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, size * 2));
        _folded.AsSpan(0, used).CopyTo(larger);
        Dispose();
        _folded = larger;
    }

    // READ_UTF8 of fts5_tokenize.c: a lead byte, then whatever continuation bytes follow, with no regard to their number. A
    // lone continuation byte is the code point of its value.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int Decode(int at, out int code)
    {
        uint c = _text[at++];
        if (c >= 0xC0)
        {
            c = c switch { < 0xE0 => c & 0x1F, < 0xF0 => c & 0x0F, < 0xF8 => c & 0x07, < 0xFC => c & 0x03, < 0xFE => c & 0x01, _ => 0 };
            while (at < _text.Length && (_text[at] & 0xC0) == 0x80)
            {
                c = (c << 6) + (uint)(_text[at++] & 0x3F);
            }

            if (c < 0x80 || (c & 0xFFFFF800) == 0xD800 || (c & 0xFFFFFFFE) == 0xFFFE)
            {
                c = 0xFFFD;
            }
        }

        code = (int)c;
        return at;
    }

    // WRITE_UTF8 of fts5_tokenize.c, which writes what is no code point as four bytes of its low bits.
    private static int Encode(uint code, Span<byte> to)
    {
        if (code < 0x80)
        {
            to[0] = (byte)code;
            return 1;
        }

        if (code < 0x800)
        {
            to[0] = (byte)(0xC0 | code >> 6);
            to[1] = (byte)(0x80 | code & 0x3F);
            return 2;
        }

        if (code < 0x10000)
        {
            to[0] = (byte)(0xE0 | code >> 12);
            to[1] = (byte)(0x80 | code >> 6 & 0x3F);
            to[2] = (byte)(0x80 | code & 0x3F);
            return 3;
        }

        to[0] = (byte)(0xF0 | code >> 18 & 0x07);
        to[1] = (byte)(0x80 | code >> 12 & 0x3F);
        to[2] = (byte)(0x80 | code >> 6 & 0x3F);
        to[3] = (byte)(0x80 | code & 0x3F);
        return 4;
    }
}
