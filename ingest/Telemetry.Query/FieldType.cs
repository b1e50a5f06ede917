namespace Telemetry.Query;

/// <summary>How a field is compared. The names are Elasticsearch's.</summary>
public enum FieldType : byte
{
    /// <summary>Exact, case-sensitive; wildcards match the whole value.</summary>
    Keyword,

    /// <summary>Analysed into lower-case words; phrases match words in order.</summary>
    Text,

    /// <summary>64-bit integer.</summary>
    Long,

    /// <summary>64-bit floating point.</summary>
    Double,

    /// <summary>Microseconds since the Unix epoch, UTC; written as RFC 3339.</summary>
    Date,

    /// <summary>true or false; a long of 0 or 1.</summary>
    Boolean,

    /// <summary>IPv4 or IPv6 address; compared as a keyword, and against CIDR blocks.</summary>
    Ip,
}
