namespace Telemetry.Shipper.Text;

/// <summary>
/// Decides line by line whether a line continues the stack trace before it: .NET, Java (and Node.js, whose frames look the
/// same), Python and Go. A state machine over the bytes of the lines since the record's first and over nothing else.
/// <list type="bullet">
/// <item>A frame ("   at Shop.Cart.Add(...)", " ---> ...", "Caused by: ...") continues any line.</item>
/// <item>"Namespace.SomeException: ..." and "Traceback (most recent call last):" continue a line that speaks of an error (loggers
/// print message and exception so); after any other line they begin a record.</item>
/// <item>The message of an exception may have several lines, if frames follow and no line of it looks like a record's first.</item>
/// <item>What .NET's default console logger indents by six belongs to the line before.</item>
/// <item>The last words of the .NET runtime ("Unhandled exception. ", "Process terminated.", "Stack overflow.") also hold the
/// lines of a message that has several, if frames follow.</item>
/// <item>Other indented lines are records of their own.</item>
/// </list>
/// </summary>
internal ref struct TraceGroup
{
    private const int MaxLastWordsLines = 20;
    private const int MaxMessageLines = 10;

    private readonly ReadOnlySpan<byte> _head;
    private readonly bool _isLastWords;
    private int _messageLines;
    private State _state;

    public TraceGroup(ReadOnlySpan<byte> firstLine)
    {
        _head = firstLine;
        _isLastWords = TraceLine.IsLastWords(firstLine);
        _state = _isLastWords ? State.LastWords
            : TraceLine.IsTraceback(firstLine) ? State.Python
            : TraceLine.IsExceptionGroup(firstLine) ? State.PythonGroup
            : RecordHead.IsConsoleLogger(firstLine) ? State.ConsoleLogger
            : TraceLine.IsGoroutine(firstLine) ? State.GoTrace
            : firstLine.StartsWith("panic: "u8) || firstLine.StartsWith("fatal error: "u8) ? State.Go
            : TraceLine.IsExceptionHead(firstLine) ? State.ExceptionHead
            : State.Plain;
    }

    private enum State : byte
    {
        Plain,
        ConsoleLogger,
        LastWords,
        ExceptionHead,
        NamedException,
        Trace,
        TraceGap,
        Python,
        PythonEnd,
        PythonGap,
        PythonLink,
        PythonLinkGap,
        PythonGroup,
        Go,
        GoGap,
        GoTrace,
        GoFunction,
    }

    /// <summary>
    /// False when a line that begins so cannot continue the group, whatever follows: most lines are decided here, without a
    /// search for their end.
    /// </summary>
    public readonly bool MayContinueWith(ReadOnlySpan<byte> rest) => _state switch
    {
        State.Plain => rest[0] is (byte)' ' or (byte)'\t' || TraceLine.MayBeTrace(rest),
        State.ConsoleLogger or State.PythonGroup => rest[0] == (byte)' ',
        State.ExceptionHead or State.NamedException => !RecordHead.MayBeginWith(rest[0]),
        _ => true,
    };

    /// <summary>Takes the next line, without its line end.</summary>
    public LineFit Take(ReadOnlySpan<byte> line)
    {
        switch (_state)
        {
            case State.Plain:
                return TakeAfterPlain(line);
            case State.ConsoleLogger:
                return line.StartsWith("      "u8) ? LineFit.Continue : LineFit.Break;
            case State.PythonGroup:
                return TraceLine.IsOfExceptionGroup(line) && !TraceLine.IsExceptionGroup(line) ? LineFit.Continue : LineFit.Break;
            case State.LastWords:
                return TakeLastWords(line);
            case State.ExceptionHead or State.NamedException:
                return TraceLine.IsFrame(line) || line.StartsWith("Caused by: "u8) ? Go(State.Trace) : TakeMessage(line);
            case State.Trace or State.TraceGap when _isLastWords && line.StartsWith(" ---> "u8):
                return TakeMessageHead();
            case State.Trace:
                return line.IsEmpty ? Maybe(State.TraceGap)
                    : TraceLine.ContinuesTrace(line) || _isLastWords && TraceLine.IsRepeatMark(line) ? LineFit.Continue
                    : _isLastWords && TraceLine.IsNamedException(line) ? Maybe(State.NamedException)
                    : LineFit.Break;
            case State.TraceGap:
                return TraceLine.IsFrame(line) ? Go(State.Trace) : LineFit.Break;
            case >= State.Python and <= State.PythonLinkGap:
                return TakePython(line);
            default:
                return TakeGo(line);
        }
    }

    private LineFit TakeMessageHead()
    {
        _messageLines = 0;
        return Go(State.LastWords);
    }

    private LineFit TakeLastWords(ReadOnlySpan<byte> line) =>
        line.StartsWith(" ---> "u8) ? TakeMessageHead()
        : TraceLine.IsFrame(line) ? Go(State.Trace)
        : ++_messageLines > MaxLastWordsLines ? LineFit.Break
        : LineFit.Tentative;

    private LineFit TakeMessage(ReadOnlySpan<byte> line) =>
        RecordHead.Begins(line) || TraceLine.IsTraceback(line) || TraceLine.IsExceptionHead(line) || TraceLine.IsLastWords(line)
        || ++_messageLines > MaxMessageLines
            ? LineFit.Break
            : LineFit.Tentative;

    private LineFit TakeAfterPlain(ReadOnlySpan<byte> line)
    {
        if (TraceLine.IsFrame(line))
        {
            return Go(State.Trace);
        }

        if (!TraceLine.SpeaksOfAnError(_head))
        {
            return LineFit.Break;
        }

        return TraceLine.IsTraceback(line) ? Go(State.Python)
            : TraceLine.IsExceptionGroup(line) ? Go(State.PythonGroup)
            : TraceLine.IsGoroutine(line) ? Go(State.GoTrace)
            : TraceLine.IsNamedException(line) ? Maybe(State.NamedException)
            : LineFit.Break;
    }

    private LineFit TakePython(ReadOnlySpan<byte> line)
    {
        var indented = line.Length > 0 && line[0] is (byte)' ' or (byte)'\t';
        return _state switch
        {
            State.Python when indented => LineFit.Continue,
            State.Python when !line.IsEmpty => Go(State.PythonEnd),
            State.PythonEnd when line.IsEmpty => Maybe(State.PythonGap),
            State.PythonGap when TraceLine.LinksTracebacks(line) => Maybe(State.PythonLink),
            State.PythonLink when line.IsEmpty => Maybe(State.PythonLinkGap),
            State.PythonLinkGap when TraceLine.IsTraceback(line) => Go(State.Python),
            _ => LineFit.Break,
        };
    }

    private LineFit TakeGo(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return _state is State.Go or State.GoTrace ? Maybe(State.GoGap) : LineFit.Break;
        }

        if (TraceLine.IsGoroutine(line))
        {
            return _state == State.GoFunction ? LineFit.Break : Go(State.GoTrace);
        }

        return _state switch
        {
            State.Go when line[0] == (byte)'\t' || line.StartsWith("[signal "u8) => LineFit.Continue,
            State.GoTrace when line[0] == (byte)'\t' || line.StartsWith("..."u8) => LineFit.Continue,
            State.GoTrace when TraceLine.IsGoFunction(line) => Maybe(State.GoFunction),
            State.GoFunction when line[0] == (byte)'\t' => Go(State.GoTrace),
            _ => LineFit.Break,
        };
    }

    private LineFit Go(State state)
    {
        _state = state;
        return LineFit.Continue;
    }

    private LineFit Maybe(State state)
    {
        _state = state;
        return LineFit.Tentative;
    }
}
