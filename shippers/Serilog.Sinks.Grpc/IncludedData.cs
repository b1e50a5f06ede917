namespace Serilog.Sinks.Grpc;

/// <summary>What is sent with each event beside its time, level, message and properties.</summary>
[Flags]
public enum IncludedData
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The message template; without it the message is rendered where it is logged.</summary>
    MessageTemplate = 1,

    /// <summary>The id of the trace.</summary>
    TraceId = 2,

    /// <summary>The id of the span.</summary>
    SpanId = 4,

    /// <summary>The logger's name, the property <c>SourceContext</c>.</summary>
    SourceContext = 8,

    /// <summary>All of it.</summary>
    All = MessageTemplate | TraceId | SpanId | SourceContext,
}
