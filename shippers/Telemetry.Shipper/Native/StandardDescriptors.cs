using Telemetry.Shipping.Native;

namespace Telemetry.Shipper.Native;

/// <summary>
/// Sees to it that descriptors 0, 1 and 2 are those that the parent gave. Where it gave none, the runtime has taken the number
/// for a file of its own before any code of ours runs (its source of randomness, for one, stays open) and would be written to
/// as standard error. It cannot be taken away again, so that the program is executed anew with /dev/null in the gaps.
/// </summary>
internal static class StandardDescriptors
{
    private const int Count = 3;

    /// <summary>Returns when there are no gaps, or nothing can be done about them.</summary>
    public static unsafe void Ensure()
    {
        var gaps = Enumerable.Range(0, Count).Where(IsGap).ToList();
        if (gaps.Count == 0)
        {
            return;
        }

        using var arguments = new NativeStrings(OwnProcess.ReadArguments());
        var nothing = LibC.Open("/dev/null", LibC.ReadWrite);
        if (nothing < 0 || arguments.List[0] is null)
        {
            return;
        }

        foreach (var gap in gaps.Where(g => g != nothing))
        {
            LibC.Dup2(nothing, gap);
        }

        if (nothing >= Count)
        {
            LibC.Close(nothing);
        }

        LibC.ExecVE("/proc/self/exe", arguments.List, OwnProcess.Environment);
    }

    /// <summary>Closed, or opened by the runtime: what a parent gives is never closed on exec, or it would not be here.</summary>
    private static bool IsGap(int descriptor) => LibC.GetDescriptorFlags(descriptor, LibC.GetFlags) is < 0 or LibC.CloseOnExec;
}
