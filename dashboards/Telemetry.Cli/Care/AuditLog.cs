using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Care;

/// <summary>
/// <c>DATA/audit.log</c>: one JSON object a line for each thing that somebody had deleted, readable by its owner only (0600), durable
/// before it is told. Safe for concurrent use, across processes: a line is one write at the end of the file.
/// </summary>
internal sealed class AuditLog(DataDirectory data)
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    /// <summary>Appends a line.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Append(JsonObject entry)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        lock (_gate)
        {
            using (var file = new FileStream(data.In("audit.log"), options))
            {
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, OneLine), (byte)'\n']);
            }

            Backup.DurableFile.Flush(data.In("audit.log"));
        }
    }
}
