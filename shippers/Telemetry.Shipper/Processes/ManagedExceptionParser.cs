using Telemetry.Protos.V1;
using Telemetry.Shipping.Crashes;

namespace Telemetry.Shipper.Processes;

/// <summary>
/// Finds the exception that ended a .NET process in what the runtime printed to standard error:
/// <code>
/// Unhandled exception. System.InvalidOperationException: outer
///  ---> System.IO.IOException: inner
///    at Shop.Disk.Read() in /src/Disk.cs:line 12
///    --- End of inner exception stack trace ---
///    at Shop.Cart.Add(Item item)
/// </code>
/// Also "Process terminated." (FailFast), "Stack overflow." and the further children of an AggregateException
/// (" ---> (Inner Exception #1) ...&lt;---"). Pure and bounded; hostile text gives null or a part.
/// </summary>
internal sealed class ManagedExceptionParser
{
    private const int MaxDepth = 32;
    private const int MaxFrames = 1000;
    private const int MaxMessage = 16 << 10;
    private const string InnerMark = " ---> ";
    private const string EndOfInner = "   --- End of inner exception stack trace ---";
    private const string FrameMark = FrameText.Mark;

    private static readonly string[] _heads = ["Unhandled exception. ", "Unhandled Exception: "];

    private readonly string[] _lines;
    private int _at;
    private int _frames;

    private ManagedExceptionParser(string text) => _lines = text.Split('\n').Select(l => l.TrimEnd('\r')).ToArray();

    /// <summary>The last exception that ended a process in this text; null when there is none.</summary>
    public static ManagedException? Parse(string text)
    {
        var parser = new ManagedExceptionParser(text);
        for (var i = parser._lines.Length - 1; i >= 0; i--)
        {
            var line = parser._lines[i];
            var head = _heads.FirstOrDefault(h => line.StartsWith(h, StringComparison.Ordinal));
            if (head is not null)
            {
                parser._at = i + 1;
                return parser.Take(line[head.Length..], 0);
            }

            if (line.StartsWith("Process terminated.", StringComparison.Ordinal))
            {
                parser._at = i + 1;
                return parser.TakeFailFast(line);
            }

            if (line is "Stack overflow." or "Out of memory.")
            {
                parser._at = i + 1;
                return parser.TakeRuntimeEnd(line);
            }
        }

        return null;
    }

    private ManagedException Take(string head, int depth)
    {
        var colon = head.IndexOf(": ", StringComparison.Ordinal);
        var type = colon < 0 ? head.TrimEnd(':') : head[..colon];
        var exception = new ManagedException { Type = type };
        var message = colon < 0 ? "" : head[(colon + 2)..];
        for (; _at < _lines.Length && !IsStructure(_lines[_at]) && !EndsInner(message); _at++)
        {
            if (message.Length < MaxMessage)
            {
                message += "\n" + _lines[_at];
            }
        }

        exception.Message = (EndsInner(message) ? message[..message.LastIndexOf("<---", StringComparison.Ordinal)] : message).TrimEnd();
        if (!EndsInner(message))
        {
            TakeBody(exception, depth);
        }

        return exception;
    }

    /// <summary>Inner exceptions and frames, in the order printed, up to the end mark of the exception around this one.</summary>
    private void TakeBody(ManagedException exception, int depth)
    {
        while (_at < _lines.Length)
        {
            var line = _lines[_at];
            if (line.StartsWith(EndOfInner, StringComparison.Ordinal))
            {
                if (depth > 0)
                {
                    return;
                }

                _at++;
            }
            else if (line.StartsWith(InnerMark, StringComparison.Ordinal))
            {
                if (depth >= MaxDepth || exception.Inner.Count >= MaxDepth)
                {
                    return;
                }

                TakeInner(exception, line[InnerMark.Length..], depth);
            }
            else if (line.StartsWith(FrameMark, StringComparison.Ordinal))
            {
                _at++;
                var ends = EndsInner(line);
                AddFrame(exception, ends ? line[..^4] : line);
                if (ends)
                {
                    return;
                }
            }
            else if (line.StartsWith("--- End of stack trace ", StringComparison.Ordinal) || depth == 0 && line.Length == 0 && NextIsInner())
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private void TakeInner(ManagedException exception, string head, int depth)
    {
        const string numbered = "(Inner Exception #";
        _at++;
        var isListed = head.StartsWith(numbered, StringComparison.Ordinal) && head.Contains(") ");
        exception.Inner.Add(Take(isListed ? head[(head.IndexOf(") ", StringComparison.Ordinal) + 2)..] : head, depth + 1));
        if (!isListed && _at < _lines.Length && _lines[_at].StartsWith(EndOfInner, StringComparison.Ordinal))
        {
            _at++;
        }

        if (isListed && _at < _lines.Length && _lines[_at].Length == 0)
        {
            _at++;
        }
    }

    private bool NextIsInner() => _at + 1 < _lines.Length && _lines[_at + 1].StartsWith(InnerMark, StringComparison.Ordinal);

    private ManagedException TakeFailFast(string line)
    {
        var exception = new ManagedException
        {
            Type = "System.Environment.FailFast",
            Message = line["Process terminated.".Length..].Trim(),
        };
        for (; _at < _lines.Length && !IsStructure(_lines[_at]) && _lines[_at].Length > 0; _at++)
        {
            exception.Message = (exception.Message + "\n" + _lines[_at]).Trim();
        }

        TakeBody(exception, 0);
        if (_at < _lines.Length && _lines[_at].Contains("Exception", StringComparison.Ordinal) && !_lines[_at].StartsWith(' '))
        {
            exception.Inner.Add(Take(_lines[_at++], 1));
        }

        return exception;
    }

    private ManagedException TakeRuntimeEnd(string line)
    {
        var exception = new ManagedException
        {
            Type = line == "Stack overflow." ? "System.StackOverflowException" : "System.OutOfMemoryException",
            Message = line,
        };
        for (; _at < _lines.Length; _at++)
        {
            if (_lines[_at].StartsWith(FrameMark, StringComparison.Ordinal))
            {
                AddFrame(exception, _lines[_at]);
            }
        }

        return exception;
    }

    private void AddFrame(ManagedException exception, string line)
    {
        if (_frames++ >= MaxFrames)
        {
            return;
        }

        exception.Frames.Add(FrameText.Read(line));
    }

    private static bool EndsInner(string text) => text.EndsWith("<---", StringComparison.Ordinal);

    private static bool IsStructure(string line) =>
        line.StartsWith(FrameMark, StringComparison.Ordinal) || line.StartsWith(InnerMark, StringComparison.Ordinal)
        || line.StartsWith(EndOfInner, StringComparison.Ordinal)
        || line.StartsWith("--- End of stack trace ", StringComparison.Ordinal);
}
