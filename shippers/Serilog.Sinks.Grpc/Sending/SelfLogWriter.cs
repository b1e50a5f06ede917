using System.Text;
using Serilog.Debugging;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>Lines of the shipping parts, into <see cref="SelfLog"/>.</summary>
internal sealed class SelfLogWriter : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => SelfLog.WriteLine("{0}", value);
}
