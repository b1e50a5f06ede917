namespace Telemetry.Shipper.Text;

/// <summary>How a line fits the group before it.</summary>
internal enum LineFit : byte
{
    /// <summary>It begins the next record, as does any tentative line before it.</summary>
    Break,

    /// <summary>It belongs to the group if a later line confirms it.</summary>
    Tentative,

    /// <summary>It belongs to the group, and confirms the tentative lines before it.</summary>
    Continue,
}
