namespace Mainstay.Scheduler;

/// <summary>
/// The stable merge sort that decides where a comparison is no strict weak order: halves of floor(n/2) and the rest, the left
/// element wins when it does not compare greater (spec/cib-model.md section 13.3).
/// </summary>
internal static class MergeSort
{
    public static List<T> Sort<T>(IReadOnlyList<T> items, Comparison<T> compare)
    {
        var source = items.ToArray();
        SortInPlace(source, compare);
        return [.. source];
    }

    /// <summary>Sorts an array in place.</summary>
    public static void SortInPlace<T>(T[] items, Comparison<T> compare)
    {
        // Most histories are that short.
        if (items.Length == 2 && compare(items[0], items[1]) > 0) (items[0], items[1]) = (items[1], items[0]);
        if (items.Length > 2) Sort(items, new T[items.Length], 0, items.Length, compare);
    }

    /// <summary>Sorts the first items of an array in place; what is sorted already costs one look at each.</summary>
    public static void Sort<T>(T[] items, int count, Comparison<T> compare)
    {
        int sorted = 1;
        while (sorted < count && compare(items[sorted - 1], items[sorted]) <= 0) sorted++;
        if (sorted < count) Sort(items, new T[count], 0, count, compare);
    }

    private static void Sort<T>(T[] items, T[] scratch, int from, int count, Comparison<T> compare)
    {
        if (count < 2) return;
        int half = count / 2;
        Sort(items, scratch, from, half, compare);
        Sort(items, scratch, from + half, count - half, compare);
        int left = from;
        int right = from + half;
        int end = from + count;
        for (int target = from; target < end; target++)
        {
            bool takeLeft = left < from + half && (right >= end || compare(items[left], items[right]) <= 0);
            scratch[target] = takeLeft ? items[left++] : items[right++];
        }

        Array.Copy(scratch, from, items, from, count);
    }
}
