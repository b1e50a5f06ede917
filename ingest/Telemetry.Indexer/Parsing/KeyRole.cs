using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>What the value of an attribute is taken for.</summary>
internal enum KeyRole : byte
{
    /// <summary>A free attribute.</summary>
    Label,

    /// <summary>A field of the table.</summary>
    Field,

    /// <summary><c>@timestamp</c>.</summary>
    Time,

    /// <summary><c>log.level</c>, in any spelling.</summary>
    Level,

    /// <summary><c>message</c>.</summary>
    Message,

    /// <summary>Message template of Serilog, from which a message is made when there is none.</summary>
    Template,

    /// <summary>Values of a template that the writer rendered already (@r).</summary>
    Renderings,

    /// <summary>An exception as text: type, message and stack trace, or only a message.</summary>
    ErrorText,

    /// <summary>Name of a thread, or its number.</summary>
    Thread,

    /// <summary>File and line of the caller, "main.go:12".</summary>
    Caller,

    /// <summary>Name of the host, which counts when the server's identity has none.</summary>
    Host,

    /// <summary>Says only that the line is ECS.</summary>
    EcsVersion,
}

/// <summary>What is known about one attribute's path.</summary>
/// <param name="Role">What its value is taken for.</param>
/// <param name="Field">The field of <see cref="KeyRole.Field"/>.</param>
/// <param name="Label">The free attribute when the value does not fit the role; null when labels are exhausted.</param>
/// <param name="Promoted">The field that a value becomes instead of the label, if it fits; null when the attribute is not promoted.</param>
/// <param name="OnlyOutsideClef">True for aliases, which in Compact Log Event Format are the application's own properties.</param>
internal sealed record KeyRule(KeyRole Role, FieldName? Field, FieldName? Label, FieldName? Promoted, bool OnlyOutsideClef);
