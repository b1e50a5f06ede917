using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Telemetry.Cli;

/// <summary>
/// Standard output that says when nobody reads it any more. <see cref="Console.Out"/> swallows a broken pipe, and
/// <c>telemetry search --follow | head</c> would never end.
/// </summary>
internal static class StandardOutput
{
    public static TextWriter Open()
    {
        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 << 10);
    }
}
