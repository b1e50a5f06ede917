using System.Runtime.CompilerServices;
using Xunit;

namespace Telemetry.Tests.Support;

/// <summary>
/// Compares text with the approved file beside the test. A difference writes <c>*.received.*</c> and names both files; the
/// change is approved by renaming.
/// </summary>
public static class Approved
{
    /// <summary>Compares with <c>approved/NAME</c> in the folder of the calling test.</summary>
    public static void Matches(string name, string actual, [CallerFilePath] string testFile = "")
    {
        var approved = Path.Combine(Path.GetDirectoryName(testFile)!, "approved", name);
        var received = Path.ChangeExtension(approved, ".received" + Path.GetExtension(name));
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
        File.WriteAllText(received, actual);
        Assert.Fail($"Not as approved: diff -u '{approved}' '{received}'");
    }
}
