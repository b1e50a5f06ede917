namespace Telemetry.Shipper.Configuration;

/// <summary>The commands that ship.</summary>
[Flags]
internal enum Verbs : byte
{
    None = 0,
    Run = 1,
    Pipe = 2,
    Exec = 4,
    All = Run | Pipe | Exec,
}
